import { describe, expect, it } from 'vitest';
import { collectLeftovers } from './leftovers.ts';

describe('leftovers', () => {
  it('are removed once, the newest first, and the others too when one cannot be', () => {
    const listening = process.listenerCount('exit');
    const leftovers = collectLeftovers();
    const removed: string[] = [];
    leftovers.add('a folder', () => removed.push('folder'));
    leftovers.add('a container', () => {
      throw new Error('it resists');
    });
    leftovers.add('a server', () => removed.push('server'));
    expect(process.listenerCount('exit')).toBe(listening + 1);
    expect(leftovers.removeAll()).toEqual(['a container']);
    expect(leftovers.removeAll()).toEqual([]);
    expect(removed).toEqual(['server', 'folder']);
    expect(process.listenerCount('exit')).toBe(listening);
  });

  it('stay when they are to be kept', () => {
    const leftovers = collectLeftovers();
    leftovers.add('a folder', () => {
      throw new Error('it was to be kept');
    });
    leftovers.keepAll();
    expect(leftovers.removeAll()).toEqual([]);
  });
});
