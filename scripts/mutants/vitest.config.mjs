// The repository's own tests, run by a runner that takes guards out.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import config from '../../vitest.config.ts';
import { withSwitches } from './guards.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const runner = fileURLToPath(new URL('runner.mjs', import.meta.url));

const guards = {
  name: 'guards',
  enforce: 'pre',
  transform(code, id) {
    const file = relative(root, id.split('?')[0]);
    if (!file.startsWith('src/') || !file.endsWith('.ts') || file.endsWith('.test.ts')) return undefined;
    return { code: withSwitches(file, code), map: null };
  },
};

const { projects, ...test } = config.test;

export default {
  test: {
    ...test,
    projects: projects
      .filter((project) => project.test.name !== 'servers')
      .map((project) => ({ plugins: [guards], test: { ...project.test, runner } })),
  },
};
