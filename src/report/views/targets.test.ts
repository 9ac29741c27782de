import { expect, test } from 'vitest';
import { makeStyle, renderTargets } from '../index.ts';

const style = makeStyle({ color: false, unicode: true });
const markdown = { format: 'markdown', style } as const;

test('several targets: the gravest ending first, those that are done only counted', () => {
  const endings = [
    { target: 'a', exitCode: 0 },
    { target: 'b', exitCode: 2 },
    { target: 'c', exitCode: 1 },
    { target: 'd', exitCode: 3 },
    { target: 'e', exitCode: 4 },
  ];
  expect(renderTargets([], endings, { format: 'text', style })).toBe(
    '5 targets: 1 failed (c), 1 unreachable or not allowed in (e), 1 refused (d), 1 with changes pending (b), 1 done.\n',
  );
  expect(renderTargets([], endings, markdown)).toBe(
    '### 5 targets: 1 failed (`c`), 1 unreachable or not allowed in (`e`), 1 refused (`d`), 1 with changes pending (`b`), 1 done\n',
  );
});
