/**
 * What scripts that tell a story of their own take from grantry: the build makes one file of it beside the program, which
 * shares the program's modules.
 */
export { BrokenOutputs } from '../src/cli/output/broken-outputs.ts';
export { run as apply } from '../src/commands/apply.ts';
export { run as plan } from '../src/commands/plan.ts';
export { run as validate } from '../src/commands/validate.ts';
export { run as verify } from '../src/commands/verify.ts';
export { exitCodeOf, GrantryError } from '../src/model/errors.ts';
export { makeProcessIo } from '../src/cli/process-io.ts';
export { makeStyle } from '../src/report/index.ts';
export { findJdk } from './jdk.ts';
export { collectLeftovers } from './leftovers.ts';
export { showCredential } from './show-credential.ts';
export { Stage } from './stage.ts';
export { makeWorkplace } from './workplace.ts';
