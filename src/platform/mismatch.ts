import type { z } from 'zod';
import { quoted } from '../model/text/printable.ts';

/**
 * What of an answer is not as its schema says, as words behind its name: `data.keys is missing`. Which field, and what was expected
 * there; never a value.
 */
export function describeMismatch({ issues: [issue] }: Pick<z.ZodError, 'issues'>): string {
  if (issue === undefined) return '';
  const field = issue.path.length === 0 ? 'it' : quoted(issue.path.join('.'), MAX_FIELD);
  if (issue.code !== 'invalid_type') return `${field} is not as documented`;
  const [, found = ''] = /received (\w+)$/.exec(issue.message) ?? [];
  if (found === 'undefined') return `${field} is missing`;
  return `${field} should be ${article(issue.expected)}${found === '' ? '' : `, and is ${article(found)}`}`;
}

const MAX_FIELD = 100;

function article(type: string): string {
  if (type === 'null' || type === 'undefined' || type === 'NaN') return type;
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
