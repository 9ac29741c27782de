/**
 * What scripts that tell a story of their own take from grantry: the build makes one file of it beside the program, which
 * shares the program's modules.
 */
export { BrokenOutputs } from '../broken-outputs.ts';
export { run as apply } from '../commands/apply.ts';
export { run as plan } from '../commands/plan.ts';
export { run as validate } from '../commands/validate.ts';
export { run as verify } from '../commands/verify.ts';
export { exitCodeOf, GrantryError } from '../model/errors.ts';
export { makeProcessIo } from '../process-io.ts';
export { makeStyle } from '../report/index.ts';
export { findJdk } from './jdk.ts';
export { collectLeftovers } from './leftovers.ts';
export { showCredential } from './show-credential.ts';
export { Stage } from './stage.ts';
export { makeWorkplace } from './workplace.ts';
