import type { Command } from '../cli/command-line/define-command.ts';
import { apply } from './apply.ts';
import { audit } from './audit.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { importCommand } from './import.ts';
import { init } from './init.ts';
import { plan } from './plan.ts';
import { rotate } from './rotate.ts';
import { schema } from './schema.ts';
import { status } from './status.ts';
import { validate } from './validate.ts';
import { verify } from './verify.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  init,
  importCommand,
  validate,
  plan,
  apply,
  verify,
  rotate,
  status,
  doctor,
  audit,
  demo,
  schema,
];
