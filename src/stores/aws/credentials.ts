import { GrantryError } from '../../model/errors.ts';
import { Secret } from '../../model/secrets/secret.ts';
import { quoted } from '../../model/text/printable.ts';
import { exchange } from '../../platform/exchange.ts';
import { asGrantryError } from '../../platform/http.ts';
import type { HttpPorts } from '../../platform/ports.ts';

/** What requests are signed with. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  /** Of keys that end by themselves. */
  readonly sessionToken: Secret | undefined;
}

/** The keys of now: those that are about to end are replaced. */
export type AwsLogin = () => Promise<AwsKeys>;

const PACKAGE = '@aws-sdk/credential-provider-node';
/** Milliseconds for one request of a login. */
const LOGIN_TIMEOUT = 10_000;

/**
 * Credentials by AWS's own chain, as its command line finds them: environment, web identity (GitHub's OIDC, EKS), profiles and IAM
 * Identity Center, containers (ECS, EKS Pod Identity), the instance. Throws where its package is not installed.
 */
export async function openAwsLogin(region: string, ports: HttpPorts): Promise<AwsLogin> {
  const { defaultProvider } = await loadChain();
  const clientConfig = { region, requestHandler: handlerOver(ports) };
  const provider = defaultProvider({ clientConfig, parentClientConfig: clientConfig });
  return async () => {
    try {
      const { accessKeyId, secretAccessKey, sessionToken } = await provider();
      return {
        accessKeyId,
        secretAccessKey: new Secret(secretAccessKey),
        sessionToken: sessionToken === undefined ? undefined : new Secret(sessionToken),
      };
    } catch (error) {
      throw loginError(error, region, ports);
    }
  };
}

async function loadChain(): Promise<typeof import('@aws-sdk/credential-provider-node')> {
  try {
    return await import('@aws-sdk/credential-provider-node');
  } catch (cause) {
    throw new GrantryError('FAILED', `The store aws needs the package ${PACKAGE}, which is not installed`, {
      hint: `It is one of grantry's optional packages: npm install ${PACKAGE}`,
      cause,
    });
  }
}

/** A request of AWS's clients for STS and IAM Identity Center, as far as it is read here. */
interface ClientRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface ClientAnswer {
  readonly response: {
    readonly statusCode: number;
    readonly headers: Record<string, string>;
    readonly body: Uint8Array;
  };
}

/** How AWS's clients send: as everything else is sent, with proxies, private CAs and time limits. They repeat by themselves. */
export function handlerOver(ports: HttpPorts): { handle: (request: ClientRequest) => Promise<ClientAnswer> } {
  return {
    handle: async (request) => {
      const { method, headers, body } = request;
      const init = { method, headers, ...(body === undefined ? {} : { body }) } as RequestInit;
      const answer = await exchange(ports, urlOf(request), init, { timeoutMs: LOGIN_TIMEOUT });
      return {
        response: {
          statusCode: answer.status,
          headers: Object.fromEntries(answer.headers),
          body: new Uint8Array(await answer.arrayBuffer()),
        },
      };
    },
  };
}

function urlOf({ protocol, hostname, port, path, query = {} }: ClientRequest): string {
  const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`);
  for (const [name, values] of Object.entries(query)) {
    for (const value of [values].flat()) url.searchParams.append(name, value ?? '');
  }
  return url.href;
}

function loginError(error: unknown, region: string, ports: HttpPorts): unknown {
  const service = { name: 'AWS STS', check: 'Check it with: aws sts get-caller-identity' };
  const known = asGrantryError(error, service, `https://sts.${region}.amazonaws.com`, ports.signal);
  if (known instanceof GrantryError) return known;
  const { name = '', message = '' } = error instanceof Error ? error : {};
  // The output of a credential_process, and its command line, may hold a credential.
  const words = message === '' || message.includes('Command failed') ? '' : `: ${quoted(message)}`;
  return new GrantryError('NOT_ALLOWED', `No AWS credentials can be had (${quoted(name, 60)})${words}`, {
    hint: 'They are found as the AWS command line finds them (environment, web identity, AWS_PROFILE, container, instance): aws sts get-caller-identity shows whose they are. docs/aws.md has a set-up for CI.',
  });
}
