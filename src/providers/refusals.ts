import { GrantryError } from '../model/errors.ts';

/** What the answers mean that every provider gives alike; undefined for others. `where` names the provider, `about` the call. */
export function explainCommon(status: number, where: string, about: string): GrantryError | undefined {
  if (status === 404) {
    return new GrantryError('FAILED', `${where} does not have what was asked for (404): ${about}`, {
      hint: 'It may have been deleted a moment ago. Run plan again to see how things stand.',
    });
  }
  if (status === 409) {
    return new GrantryError('CONFLICT', `${where} already has one (409): ${about}`, {
      hint: 'Somebody made it since the plan was made. Run plan again to see how things stand.',
    });
  }
  if (status === 429) {
    return new GrantryError('UNREACHABLE', `${where} refuses more requests for now (429): ${about}`, {
      hint: 'A rate limit is used up, of the server or of something in front of it. Try again later, or with --parallelism 1.',
    });
  }
  return undefined;
}

/** Undefined where grantry's account may not read that. */
export async function unlessForbidden<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch((error: unknown) => {
    if (error instanceof GrantryError && error.code === 'NOT_ALLOWED') return undefined;
    throw error;
  });
}
