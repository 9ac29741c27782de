import type { CommandIo } from '../src/cli/context.ts';
import { GrantryError } from '../src/model/errors.ts';

/** Whose servers the story is shown on. */
export const DEMO_PROVIDERS = ['keycloak', 'auth0'] as const;

type DemoProvider = (typeof DEMO_PROVIDERS)[number];

export interface DemoOptions {
  readonly provider: DemoProvider;
  /** The servers and the working directory stay when the story has come to its end. */
  readonly keep: boolean;
  /** The story of a realm that people made by hand. */
  readonly import: boolean;
}

/** Shows the whole story on servers that are thrown away; gives the exit code. */
export async function runDemo({ provider, keep, import: imports }: DemoOptions, io: CommandIo): Promise<number> {
  switch (provider) {
    case 'keycloak': {
      const { demoKeycloak } = await import('./keycloak/demo.ts');
      await demoKeycloak({ story: imports ? 'import' : 'example', keep }, io);
      return 0;
    }
    case 'auth0': {
      if (keep) {
        throw new GrantryError('INVALID_INPUT', 'the demo of Auth0 takes no --keep', {
          hint: 'It leaves nothing behind that could be kept.',
        });
      }
      if (imports) {
        throw new GrantryError('INVALID_INPUT', 'the demo of Auth0 has no --import', {
          hint: 'That story is told on Keycloak: grantry demo --import',
        });
      }
      const { demoAuth0 } = await import('./auth0/demo.ts');
      return demoAuth0(io);
    }
    default:
      return provider satisfies never;
  }
}
