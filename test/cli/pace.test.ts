import { expect, test } from 'vitest';
import { WATCHING_A_STACK, WATCHING_LOCALLY } from '../../lib/cli/pace.ts';

test('a stack is looked at at once while something happens, and rarely where nothing does', () => {
  expect([0, 1, 2, 5, 9, 1000].map(WATCHING_A_STACK.follow)).toEqual([200, 300, 450, 1518.75, 5000, 5000]);
  expect([0, 9, 1000].map(WATCHING_A_STACK.answer)).toEqual([100, 2000, 2000]);
});

test('the local system is looked at as often, however quiet it is', () => {
  expect([0, 1000].map(WATCHING_LOCALLY.follow)).toEqual([150, 150]);
});
