import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/values/json.ts';
import { MemoryProvider } from '../../src/providers/memory/index.ts';
import type { Noted } from '../../src/providers/memory/objects.ts';
import { makeStyle, renderImport } from '../../src/report/index.ts';
import { ImportBench, TARGET } from '../support/bench/import-bench.ts';

/**
 * Every folder holds what lies at a provider, in `there.json`, and beside it the files that import writes and its report. A new
 * case is a new folder: run this once with UPDATE_GOLDEN=1, and read what it wrote.
 */
const ROOT = fileURLToPath(new URL('imports/', import.meta.url));

interface There {
  readonly kind: 'Api' | 'Client';
  readonly name: string;
  readonly fields: JsonObject;
  readonly noted?: Noted;
}

function providerWith(text: string): MemoryProvider {
  const there: readonly There[] = JSON.parse(text);
  const provider = new MemoryProvider();
  for (const { kind, name, fields, noted } of there) {
    provider.plant(kind, fields, name).noted = noted ?? {};
  }
  return provider;
}

describe('what import writes', () => {
  it.each(readdirSync(ROOT).toSorted())('%s', async (name) => {
    const folder = `${ROOT}${name}/`;
    const bench = new ImportBench(providerWith(readFileSync(`${folder}there.json`, 'utf8')), { 'target.yaml': TARGET });
    const { report } = await bench.run();
    bench.files.delete('target.yaml');
    const text = renderImport(report, { format: 'text', style: makeStyle({ color: false, unicode: true }) });
    const written = { ...Object.fromEntries(bench.files), '../report.txt': text };
    if (process.env['UPDATE_GOLDEN'] === '1') {
      rmSync(`${folder}manifests`, { recursive: true, force: true });
      mkdirSync(`${folder}manifests`);
      for (const [file, content] of Object.entries(written)) writeFileSync(`${folder}manifests/${file}`, content);
    }
    expect(readdirSync(`${folder}manifests`).toSorted()).toEqual([...bench.files.keys()].toSorted());
    for (const [file, content] of Object.entries(written)) {
      expect(content).toBe(readFileSync(`${folder}manifests/${file}`, 'utf8'));
    }
  });
});
