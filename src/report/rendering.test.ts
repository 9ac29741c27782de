import { renderPlan } from '../../test/support/bench/field-words.ts';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  anyChange,
  anyPlan,
  anyReport,
  anyRotateReport,
  anyDoctor,
  anyStatus,
  anyResult,
  hostileText,
  repeatChanges,
} from '../../test/support/bench/plan-arbitraries.ts';
import { access, createClient, deleteClient, planOf, updateClient } from '../../test/support/bench/plans.ts';
import {
  makeStyle,
  renderApply,
  renderProgress,
  renderRotate,
  renderRotation,
  renderDoctor,
  renderStatus,
  renderVerify,
} from './index.ts';
import { FORMAT_NAMES } from './format-names.ts';

const STYLES = [
  makeStyle({ color: true, unicode: true }),
  makeStyle({ color: false, unicode: true }),
  makeStyle({ color: false, unicode: false }),
] as const;
const [coloured, plain, ascii] = STYLES;
const FORMATS = FORMAT_NAMES;

/** Our own colours, which alone may reach a terminal. */
const COLOURS = new RegExp(`${String.fromCodePoint(0x1b)}\\[(?:1|2|22|31|32|33|36|39)m`, 'g');
/** All that can move a cursor, hide, or reorder: no line break, which is ours. */
const RAW = /(?!\n)[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

describe('whatever names and descriptions hold', { timeout: 60_000 }, () => {
  test('no rendering of a plan has a raw control character, and each is the same twice', () => {
    const property = fc.property(anyPlan, fc.array(hostileText, { maxLength: 2 }), (plan, notices) => {
      for (const format of FORMATS) {
        for (const style of STYLES) {
          const rendering = renderPlan(plan, { format, style, notices });
          expect(rendering.replace(COLOURS, '')).not.toMatch(RAW);
          expect(rendering.endsWith('\n')).toBe(true);
          expect(renderPlan(structuredClone(plan), { format, style, notices })).toBe(rendering);
        }
      }
    });
    fc.assert(property, { numRuns: 60 });
  });

  test('nor has one of what was done, or of a step', () => {
    const property = fc.property(anyReport, anyResult, (report, result) => {
      for (const style of STYLES) {
        for (const format of FORMATS) {
          expect(renderApply(report, { format, style }).replace(COLOURS, '')).not.toMatch(RAW);
          expect(renderVerify(report, { format, style }).replace(COLOURS, '')).not.toMatch(RAW);
        }
        expect(renderProgress(result, style).replace(COLOURS, '')).not.toMatch(/\n|(?!\n)\p{C}/u);
      }
    });
    fc.assert(property, { numRuns: 60 });
  });

  test('nor has one of rotations and ages', () => {
    const property = fc.property(anyRotateReport, anyStatus, anyDoctor, (report, status, doctor) => {
      for (const style of STYLES) {
        for (const format of FORMATS) {
          expect(renderRotate(report, { format, style }).replace(COLOURS, '')).not.toMatch(RAW);
          expect(renderStatus(status, { format, style }).replace(COLOURS, '')).not.toMatch(RAW);
          expect(renderDoctor(doctor, { format, style }).replace(COLOURS, '')).not.toMatch(RAW);
        }
        for (const result of report.results)
          expect(renderRotation(result, style).replace(COLOURS, '')).not.toMatch(/\n|(?!\n)\p{C}/u);
      }
      expect(renderRotate(report, { format: 'text', style: ascii })).toMatch(/^[\n -~]*$/);
      expect(renderStatus(status, { format: 'text', style: ascii })).toMatch(/^[\n -~]*$/);
      expect(renderDoctor(doctor, { format: 'text', style: ascii })).toMatch(/^[\n -~]*$/);
    });
    fc.assert(property, { numRuns: 60 });
  });

  test('colours change nothing but colours', () => {
    const property = fc.property(anyPlan, anyReport, (plan, report) => {
      const [painted, bare] = [
        { format: 'text', style: coloured },
        { format: 'text', style: plain },
      ] as const;
      expect(renderPlan(plan, painted).replace(COLOURS, '')).toBe(renderPlan(plan, bare));
      expect(renderApply(report, painted).replace(COLOURS, '')).toBe(renderApply(report, bare));
    });
    fc.assert(property, { numRuns: 100 });
  });

  test('a terminal without UTF-8 gets ASCII only', () => {
    const property = fc.property(anyPlan, anyReport, hostileText, (plan, report, notice) => {
      expect(renderPlan(plan, { format: 'text', style: ascii, notices: [notice] })).toMatch(/^[\n -~]*$/);
      expect(renderApply(report, { format: 'text', style: ascii })).toMatch(/^[\n -~]*$/);
    });
    fc.assert(property, { numRuns: 100 });
  });

  test('JSON parses back to every text that went in', () => {
    const property = fc.property(anyPlan, hostileText, (plan, notice) => {
      const parsed: unknown = JSON.parse(renderPlan(plan, { format: 'json', style: plain, notices: [notice] }));
      expect(parsed).toMatchObject({ formatVersion: 1, target: plan.target, store: plan.store, notices: [notice] });
      expect(parsed).toMatchObject({ conflicts: plan.conflicts });
      expect(parsed).toHaveProperty('changes.length', plan.changes.length);
    });
    fc.assert(property, { numRuns: 100 });
  });
});

/** What may stand outside of code, once code spans and code elements are taken out. */
const OURS =
  /^(?:### ␣: [a-z0-9, ()A]+|\*\*[^*`<[\]@#|]*\*\*.*|␣, ␣, stack ␣|[\w,. ]*as declared\.|[\d,]+ clients? [\w, ]+\.|Looked at [\w, ]+ only: (?:␣|[0-9]+ more)(?:, ␣|, [0-9]+ more)*\.|Nothing here matches --only\.|Nothing (?:that matches --only )?changed since ␣\.|<\/details>|<details(?: open)?><summary>[\w ▲,<>/]*␣?[\w ▲,<>/]*<\/summary>|- \*\*[a-z]+\*\* ␣(?: \*\*▲ [a-z ,]+\*\*)?|- and [\d,]+ more|<p><b>[\w ▲<>/]*␣[\w ▲<>/␣]*<\/p>|Where a credential is missing or refused, ␣ compares[ \w;-]+\.|Stopped on request: .*|Broke the lock of ␣\.|Overridden for this run: guard [a-zA-Z, ]+\.|)$/u;

/** The lines that a reader of CommonMark takes for Markdown: not those in fences, and code spans stand as one sign. */
function proseOf(markdown: string): string[] {
  const prose: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split('\n')) {
    if (fence === undefined) {
      fence = /^(`{3,})(?:diff|text)$/.exec(line)?.[1];
      if (fence === undefined) prose.push(withoutCode(line));
    } else if (/^ {0,3}(`{3,}) *$/.exec(line)?.[1]?.startsWith(fence) === true) fence = undefined;
  }
  expect(fence).toBeUndefined();
  return prose;
}

function withoutCode(line: string): string {
  if (line.startsWith('<')) return line.replace(/<code>[^<>]*<\/code>/g, '␣');
  return line.replace(/(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)/g, '␣');
}

function many<T>(items: readonly T[]): T[] {
  return Array.from({ length: 2_500 }, () => items).flat();
}

describe('Markdown', { timeout: 60_000 }, () => {
  test('only our own words stand outside of code', () => {
    const property = fc.property(
      anyPlan,
      anyReport,
      fc.array(hostileText, { maxLength: 2 }),
      (plan, report, notices) => {
        const options = { format: 'markdown' as const, style: plain };
        const all =
          renderPlan(plan, { ...options, notices }) + renderApply(report, options) + renderVerify(report, options);
        for (const line of proseOf(all)) expect(line.replaceAll(/␣ owner ␣/g, '␣')).toMatch(OURS);
      },
    );
    fc.assert(property, { numRuns: 100 });
  });

  test('10,000 random changes fit into a comment', () => {
    const changes = fc.array(anyChange, { minLength: 1, maxLength: 20 });
    const property = fc.property(changes, anyPlan, fc.array(hostileText, { maxLength: 50 }), (some, base, notices) => {
      const plan = { ...base, changes: repeatChanges(some, 10_000) };
      const rendering = renderPlan(plan, { format: 'markdown', style: plain, notices });
      expect(Buffer.byteLength(rendering)).toBeLessThan(65_536);
      expect(rendering).toContain('not shown here**');
      proseOf(rendering);
    });
    fc.assert(property, { numRuns: 4 });
  });

  test('so do 10,000 conflicts, results and proofs', () => {
    const property = fc.property(anyPlan, anyReport, (plan, report) => {
      const options = { format: 'markdown' as const, style: plain };
      const renderings = [
        renderPlan({ ...plan, conflicts: many(plan.conflicts) }, options),
        renderApply({ ...report, results: many(report.results), proofs: many(report.proofs) }, options),
        renderVerify({ ...report, proofs: many(report.proofs) }, options),
      ];
      for (const rendering of renderings) expect(Buffer.byteLength(rendering)).toBeLessThan(65_536);
    });
    fc.assert(property, { numRuns: 4 });
  });

  test('one endless value does not push the others out', () => {
    const endless = updateClient(
      'endless',
      {},
      { attributes: { x: '\u0301'.repeat(1_000_000), y: '`'.repeat(1_000_000) } },
    );
    const plan = planOf([endless, createClient('next')]);
    const rendering = renderPlan(plan, { format: 'markdown', style: plain });
    expect(rendering).toContain('Client/next');
    expect(rendering.length).toBeLessThan(20_000);
  });
});

function widest(lines: readonly string[]): number {
  return Math.max(...lines.map((line) => line.length));
}

function words(lines: readonly string[]): string {
  return lines.join(' ').replace(/\s+/g, ' ');
}

describe('a narrow terminal', () => {
  const CHANGES = [
    createClient('order-service'),
    updateClient(
      'billing-of-all-european-shops',
      {},
      access({ inventory: { scopes: ['inventory:read', 'inventory:write', 'inventory:count'] } }),
    ),
    deleteClient('old'),
  ];
  const CONFLICT = {
    address: 'Client/order-service',
    reason: 'client order-service exists already, and no mark says that this stack owns it',
    hint: 'Give the manifest another name, or take the object over with --adopt Client/order-service.',
  } as const;
  const plan = { ...planOf(CHANGES), conflicts: [CONFLICT] };
  const linesAt = (columns?: number): string[] => {
    const style = makeStyle({ color: false, unicode: true, columns });
    // The title and the summary are sentences that any terminal may wrap.
    return renderPlan(plan, { format: 'text', style }).split('\n').slice(1, -2);
  };

  test('gets lines that fit, and says the same', () => {
    const [wide, narrow] = [linesAt(), linesAt(80)];
    expect(widest(wide)).toBeGreaterThan(80);
    expect(widest(narrow)).toBeLessThanOrEqual(80);
    expect(words(narrow)).toBe(words(wide));
  });

  test('is not followed below what names need, nor a wide one above what a review shows', () => {
    expect(linesAt(20)).toEqual(linesAt(60));
    expect(linesAt(300)).toEqual(linesAt());
  });
});
