import { hostname, userInfo } from 'node:os';

/** Who runs grantry and where, for locks and the audit log. */
export interface RunIdentity {
  /** The actor that CI names, or the user of the machine. */
  readonly who: string;
  readonly host: string;
  /** URL of the CI run; undefined outside of CI. */
  readonly run: string | undefined;
}

export function runIdentity(env: Readonly<Record<string, string | undefined>>): RunIdentity {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID, CI_JOB_URL, BUILD_URL } = env;
  const github =
    GITHUB_SERVER_URL && GITHUB_REPOSITORY && GITHUB_RUN_ID
      ? `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`
      : undefined;
  return {
    who: env['GITHUB_ACTOR'] || env['GITLAB_USER_LOGIN'] || userName(),
    host: hostname(),
    run: github ?? (CI_JOB_URL || BUILD_URL || undefined),
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that has no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
