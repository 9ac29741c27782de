import type { Chance } from './chance.ts';

/** Names as people give them; each gets a number, for no two may be the same. */
const STEMS = [
  'order-service',
  'Order Service',
  'billing/eu:prod',
  'ACME.Reports',
  'сервис-учёта',
  '顧客管理',
  'café crème',
  `o'brien "the" client`,
  'a: b # c',
  '- dash',
  '@scope/package',
  'rocket 🚀',
  'https://client.example/metadata.json',
  '{flow}',
  '%20 percent',
  '&anchor *alias !tag',
  'ÜBER_größe',
] as const satisfies readonly [string, ...string[]];

/** What is no text in YAML where nothing quotes it; at most one client has each. */
const TAKEN_FOR_OTHERS = ['yes', 'null', '0x1f', '1e3', '~', '2026-12-01', 'No', '.inf', '007'];

/** Keycloak names the user of a service account after the client, in 255 characters. */
const LONGEST_CLIENT_ID = 239;

export function oddClientId(chance: Chance, index: number): string {
  if (chance.percent(5))
    return `${'long-'.repeat(60).slice(0, LONGEST_CLIENT_ID - 6)}${String(index).padStart(6, '0')}`;
  return `${chance.pick(STEMS)} ${index}`;
}

export function clientIdAt(chance: Chance, index: number): string {
  return TAKEN_FOR_OTHERS[index] ?? oddClientId(chance, index);
}

const DESCRIPTIONS = [
  '',
  '',
  'Takes orders; reserves stock',
  'Made by hand: 2019, do not touch # really',
  '"quoted" and \\ backslashes',
  'учёт товаров 📦',
  'null',
  `It's ${'a long story '.repeat(18)}`,
] as const satisfies readonly [string, ...string[]];

export function oddDescription(chance: Chance): string {
  return chance.pick(DESCRIPTIONS).trim();
}
