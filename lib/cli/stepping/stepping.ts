import type { Commit } from '../../history/event-store.ts';

/** A history and the commit that is looked at, counted from 0. */
export type Stepping = { readonly commits: readonly Commit[]; readonly index: number };

/** What a key asks for. */
export type Wish = 'back' | 'on' | 'first' | 'last' | 'quit' | 'interrupt';

/** A key as `node:readline` names it. */
export type Key = { readonly name?: string | undefined; readonly ctrl?: boolean | undefined };

const WISHES: Readonly<Record<string, Wish>> = {
  left: 'back',
  up: 'back',
  k: 'back',
  h: 'back',
  backspace: 'back',
  right: 'on',
  down: 'on',
  j: 'on',
  l: 'on',
  space: 'on',
  return: 'on',
  home: 'first',
  g: 'first',
  end: 'last',
  q: 'quit',
  escape: 'quit',
};

/** What a key asks for; `undefined` for one that asks for nothing. Pure. */
export function wishOf({ name, ctrl }: Key): Wish | undefined {
  if (ctrl === true) return name === 'c' || name === 'd' ? 'interrupt' : undefined;
  return name !== undefined && Object.hasOwn(WISHES, name) ? WISHES[name] : undefined;
}

/** Where a step leads; the ends are not stepped over. Pure. */
export function step({ commits, index }: Stepping, wish: Wish): Stepping {
  const last = commits.length - 1;
  switch (wish) {
    case 'back':
      return { commits, index: Math.max(0, index - 1) };
    case 'on':
      return { commits, index: Math.min(last, index + 1) };
    case 'first':
      return { commits, index: 0 };
    case 'last':
      return { commits, index: last };
    case 'quit':
    case 'interrupt':
      return { commits, index };
    default:
      return wish satisfies never;
  }
}
