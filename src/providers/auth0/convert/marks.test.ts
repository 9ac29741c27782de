import { describe, expect, it } from 'vitest';
import {
  MARK,
  deliveryToMetadata,
  foreignPart,
  formatName,
  parseDeclared,
  parseDelivery,
  parseLabels,
  parseName,
  unreadableMarks,
} from './marks.ts';

const DELIVERY = { at: null, place: 'secret/m2m/orders', path: 'orders', facts: 'digest' };

describe('marks in client_metadata', () => {
  it.each([DELIVERY, { ...DELIVERY, since: 7 }, { ...DELIVERY, at: 7 }, { ...DELIVERY, path: 'a/c' }])(
    'hold a delivery: %o',
    (delivery) => {
      expect(parseDelivery(deliveryToMetadata(delivery))).toEqual(delivery);
    },
  );

  it.each([
    ['no place', { [MARK.delivered]: 'digest orders' }],
    ['no path', { [MARK.delivered]: 'digest', [MARK.place]: 'p' }],
    ['no digest', { [MARK.delivered]: '@7 orders', [MARK.place]: 'p' }],
    ['nothing', { [MARK.place]: 'p' }],
    ['no moment', { [MARK.delivered]: `digest@${'9'.repeat(30)} orders`, [MARK.place]: 'p' }],
  ])('with %s hold none, and that is said', (_, metadata) => {
    expect(parseDelivery(metadata)).toBeUndefined();
    expect(unreadableMarks(metadata)).toEqual([expect.stringContaining('where its credential was delivered is not')]);
  });

  it('that nobody wrote are not said to be unreadable', () => {
    expect(unreadableMarks({})).toEqual([]);
    expect(unreadableMarks({ [MARK.labels]: '{}', [MARK.declared]: '[]', ...deliveryToMetadata(DELIVERY) })).toEqual(
      [],
    );
  });

  it.each([
    [MARK.labels, '{'],
    [MARK.labels, '[1]'],
    [MARK.declared, '{}'],
  ])('say of %s what cannot be read: %s', (key, text) => {
    expect(unreadableMarks({ [key]: text })).toEqual([expect.stringContaining(key)]);
    expect([parseLabels({ [key]: text }), parseDeclared({ [key]: text })]).toEqual([{}, []]);
  });

  it.each([
    ['orders', null, { name: 'orders' }],
    ['orders', 100, { name: 'orders', rotateEvery: 100 }],
    ['', null, {}],
  ])('hold the name %j and its rotation %j', (name, every, expected) => {
    expect(parseName({ [MARK.name]: formatName(name, every) })).toEqual(expected);
  });

  it('say whose an application is', () => {
    expect(foreignPart({ [MARK.stack]: 'acme' }, 'acme', 'application orders')).toEqual([]);
    expect(foreignPart({ [MARK.stack]: 'theirs' }, 'acme', 'application orders')).toEqual([
      { what: 'application orders', stack: 'theirs' },
    ]);
    for (const metadata of [{}, { [MARK.stack]: '' }]) {
      expect(foreignPart(metadata, 'acme', 'it')).toEqual([{ what: 'it', stack: undefined }]);
    }
  });
});
