import { GrantryError } from '../model/errors.ts';

/** Whether a server does its work, shown by a small read: one that it refuses is an answer too. */
export async function answers(read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    if (!(error instanceof GrantryError)) throw error;
    return error.code !== 'UNREACHABLE' && error.code !== 'INTERRUPTED';
  }
}
