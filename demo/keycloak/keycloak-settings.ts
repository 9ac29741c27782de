import { randomBytes } from 'node:crypto';

/** Who administers the throw-away Keycloak. */
export const ADMIN = 'admin';

/** The variable of the server's environment that holds the administrator's password. */
export const ADMIN_PASSWORD_VARIABLE = 'KC_BOOTSTRAP_ADMIN_PASSWORD';

/** The environment of a Keycloak that lives for a minute. */
export function keycloakVariables(adminPassword: string): Record<string, string> {
  return {
    KC_BOOTSTRAP_ADMIN_USERNAME: ADMIN,
    [ADMIN_PASSWORD_VARIABLE]: adminPassword,
    KC_DB: 'dev-mem',
    // The best compiler never pays here: without it the start takes two thirds of the time.
    JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1',
  };
}

export function randomPassword(): string {
  return randomBytes(24).toString('base64url');
}

/** With the feature that keeps the previous secret valid after a rotation: a preview before version 26.8. */
export const START_COMMAND: readonly string[] = ['start-dev', '--features=client-secret-rotation'];
