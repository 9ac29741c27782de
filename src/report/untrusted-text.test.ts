import { renderPlan } from '../../test/support/bench/field-words.ts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formsOf } from '../../test/support/leak-search.ts';
import {
  anyDoctor,
  anyPlan,
  anyReport,
  anyRotateReport,
  anyStatus,
} from '../../test/support/bench/plan-arbitraries.ts';
import { GrantryError } from '../model/errors.ts';
import { outputText } from '../model/text/printable.ts';
import { Secret } from '../model/secrets/secret.ts';
import {
  makeStyle,
  renderApply,
  renderDoctor,
  renderError,
  renderRotate,
  renderStatus,
  renderVerify,
} from './index.ts';

const SECRET = 'c4nary/of+a client';
void new Secret(SECRET);
const FORMATS = ['text', 'json', 'markdown'] as const;
const FORMS = [...formsOf(SECRET).keys()];

/** The value with a form of the secret in every text. */
/* oxlint-disable typescript/no-unsafe-type-assertion -- only texts change, and they stay texts */
function withSecret<T>(value: T, form: string): T {
  if (typeof value === 'string') return `${value} ${form}` as T;
  if (Array.isArray(value)) return value.map((item: unknown) => withSecret(item, form)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]: [string, unknown]) => [
      key,
      // These are chosen by grantry: a renderer looks words up by them.
      ['op', 'reason', 'outcome', 'kind', 'guard', 'event', 'overriddenGuards', 'side', 'purposes'].includes(key)
        ? member
        : withSecret(member, form),
    ]),
  ) as T;
}

/* oxlint-enable typescript/no-unsafe-type-assertion */

const width = fc.constantFrom(60, 80, 100);

test('no report holds a secret, in whatever form and wherever a server put it, nor a command for a runner', () => {
  const property = fc.property(
    anyPlan,
    anyReport,
    anyRotateReport,
    anyStatus,
    anyDoctor,
    fc.constantFrom(...FORMS),
    width,
    (plan, report, rotated, status, doctor, form, columns) => {
      const style = makeStyle({ color: false, unicode: true, columns });
      for (const format of FORMATS) {
        const texts = [
          renderPlan(withSecret(plan, form), { format, style, notices: [`noticed ${form}`] }),
          renderApply(withSecret(report, form), { format, style }),
          renderVerify(withSecret(report, form), { format, style }),
          renderRotate(withSecret(rotated, form), { format, style }),
          renderStatus(withSecret(status, form), { format, style }),
          renderDoctor(withSecret(doctor, form), { format, style }),
        ];
        for (const text of texts) {
          for (const other of FORMS) expect(text.includes(other), `${format} ${form}`).toBe(false);
          expect(outputText(text)).not.toMatch(/^\s*::|##[a-z]*\[/im);
        }
      }
    },
  );
  fc.assert(property, { numRuns: 60 });
}, 60_000);

test('nor does an error', () => {
  for (const form of FORMS) {
    const error = new GrantryError('FAILED', `Keycloak refuses this: ${form}`, {
      hint: form,
      details: { quoted: form },
    });
    const style = makeStyle({ color: false, unicode: true });
    const renderings = FORMATS.map((format) => renderError(error, { format, style }));
    for (const text of [...renderings, error.message, error.hint ?? ''])
      for (const other of FORMS) expect(text.includes(other)).toBe(false);
  }
});
