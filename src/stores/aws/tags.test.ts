import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromTags, tagChanges, toTags } from './tags.ts';

/** What AWS lets a value hold. */
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,255}$/u;

describe('tags', () => {
  it('hold any text of a mark, in what AWS allows', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 512 }), (value) => {
        const text = Buffer.from(value).toString();
        const tags = toTags({ grantry_note_x: text, grantry_stack: 'acme' });
        expect(fromTags(tags)).toEqual({ grantry_note_x: text, grantry_stack: 'acme' });
        for (const each of Object.values(tags)) expect(each).toMatch(ALLOWED);
      }),
    );
  });

  it.each([
    ['team-checkout', 'team-checkout'],
    ['a = {"b"}', 'a =3D =7B=22b=22=7D'],
    [' padded ', '=20padded=20'],
    ['AWS:mine', '=41WS:mine'],
    ['=3D', '=3D3D'],
    ['zürich', 'zürich'],
  ])('keep %j readable as %j', (text, value) => {
    const tags = toTags({ grantry_owner: text });
    expect(fromTags(tags)).toEqual({ grantry_owner: text });
    expect(tags).toEqual({ grantry_owner: value });
  });

  it('of others are as they are, whatever they hold', () => {
    const theirs = { ticket: '=3D =20', 'cost-centre': '42', odd: '' };
    expect(toTags(theirs)).toEqual(theirs);
    expect(fromTags(theirs)).toEqual(theirs);
  });

  it('are fifty at most: the facts that a plan shows go first, then it is refused', () => {
    const theirs = Object.fromEntries(Array.from({ length: 44 }, (_, n) => [`theirs-${n}`, 'x']));
    const mark = { grantry_stack: 'acme', grantry_client: 'a', grantry_state: 'active', grantry_owner: 'b' };
    const facts = { grantry_note_fact_issuer: 'i', grantry_note_fact_audience: 'a', grantry_note_fact_url: 'u' };
    expect(Object.keys(toTags({ ...theirs, ...mark, ...facts }))).toEqual(Object.keys({ ...theirs, ...mark }));
    const more = { more_1: 'x', more_2: 'x', more_3: 'x' };
    expect(() => toTags({ ...theirs, ...mark, ...more })).toThrow('more than 50 tags');
  });
});

describe('tagChanges', () => {
  it('sets what differs, empties and removes what goes, and leaves others alone', () => {
    const before = { grantry_a: '1', grantry_b: '2', 'grantry_b.2': '3', theirs: 'x' };
    expect(tagChanges(before, { grantry_a: '1', grantry_c: '4' })).toEqual({
      set: { grantry_c: '4', grantry_b: '', 'grantry_b.2': '' },
      remove: ['grantry_b', 'grantry_b.2'],
    });
  });

  it('says the new mark from the first request on, also where the second never comes', () => {
    const before = toTags({ grantry_note_long: 'x'.repeat(512), grantry_state: 'active' });
    const after = toTags({ grantry_note_long: 'short', grantry_state: 'retired' });
    const { set } = tagChanges(before, after);
    expect(fromTags({ ...before, ...set })).toEqual({ grantry_note_long: 'short', grantry_state: 'retired' });
  });

  it('is nothing between equals', () => {
    const tags = toTags({ grantry_state: 'active' });
    expect(tagChanges(tags, tags)).toEqual({ set: {}, remove: [] });
  });
});
