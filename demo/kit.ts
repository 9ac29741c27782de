/** What scripts/demo.mjs takes from grantry: the build makes one file of it beside the program. */
export { findJdk } from './keycloak/jdk.ts';
