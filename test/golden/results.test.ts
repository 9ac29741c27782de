import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { ImportReport } from '../../src/model/import-report.ts';
import type { ApplyReport, DoctorReport, RotateReport, StatusReport, VerifyReport } from '../../src/model/report.ts';
import {
  makeStyle,
  renderApply,
  renderDoctor,
  renderImport,
  renderRotate,
  renderStatus,
  renderValidation,
  renderVerify,
} from '../../src/report/index.ts';
import type { RenderOptions, ValidationReport } from '../../src/report/index.ts';

/**
 * Every folder holds a result, of the kind that its name begins with, and what it looks like. A new case is a new folder
 * with a `result.json`; `UPDATE_GOLDEN=1` writes the rest, which is then to be read before it is committed.
 */
const FOLDER = fileURLToPath(new URL('results/', import.meta.url));
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';

const RENDERINGS = {
  'result.txt': { format: 'text', style: makeStyle({ color: false, unicode: true }) },
  'result.ascii.txt': { format: 'text', style: makeStyle({ color: false, unicode: false }) },
  'comment.md': { format: 'markdown', style: makeStyle({ color: false, unicode: true }) },
  'report.json': { format: 'json', style: makeStyle({ color: false, unicode: true }) },
} as const;

/** Reads a result of a kind, and renders it. */
const KINDS: Readonly<Record<string, (text: string, options: RenderOptions) => string>> = {
  apply: (text, options) => {
    const result: ApplyReport = JSON.parse(text);
    return renderApply(result, options);
  },
  verify: (text, options) => {
    const result: VerifyReport = JSON.parse(text);
    return renderVerify(result, options);
  },
  rotate: (text, options) => {
    const result: RotateReport = JSON.parse(text);
    return renderRotate(result, options);
  },
  status: (text, options) => {
    const result: StatusReport = JSON.parse(text);
    return renderStatus(result, options);
  },
  import: (text, options) => {
    const result: ImportReport = JSON.parse(text);
    return renderImport(result, options);
  },
  doctor: (text, options) => {
    const result: DoctorReport = JSON.parse(text);
    return renderDoctor(result, options);
  },
  validate: (text, options) => {
    const result: ValidationReport = JSON.parse(text);
    return renderValidation(result, options);
  },
};

describe.each(readdirSync(FOLDER))('result %s', (name) => {
  const folder = `${FOLDER}${name}/`;
  const text = readFileSync(`${folder}result.json`, 'utf8');
  const render = KINDS[name.replace(/-.*/, '')];

  test.each(Object.entries(RENDERINGS))('looks like %s', (file, options) => {
    const rendering = render?.(text, options) ?? `there is no kind of result for ${name}`;
    if (UPDATE) writeFileSync(folder + file, rendering);
    expect(rendering).toBe(readFileSync(folder + file, 'utf8'));
  });
});
