import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOf, type Route, routeOf, VIEWS } from '../../web/route.ts';

test.each([
  ['/', '', { page: 'overview' }],
  ['/anything/else', '', { page: 'overview' }],
  ['/deployments/7a31', '', { page: 'deployment', deployment: '7a31', view: 'stages', at: undefined }],
  [
    '/deployments/latest',
    '?view=log&at=12',
    { page: 'deployment', deployment: 'latest', view: 'log', at: 12 },
  ],
  [
    '/deployments/7a31',
    '?view=nonsense&at=-1',
    { page: 'deployment', deployment: '7a31', view: 'stages', at: undefined },
  ],
  ['/deployments/7a31', '?at=1.5', { page: 'deployment', deployment: '7a31', view: 'stages', at: undefined }],
] as const)('%s%s leads somewhere', (pathname, search, route) => {
  expect(routeOf(pathname, search)).toEqual(route);
});

test('every route has an address that leads back to it', () => {
  const route: fc.Arbitrary<Route> = fc.record({
    page: fc.constant('deployment' as const),
    deployment: fc.stringMatching(/^[0-9a-f]{1,20}$/),
    view: fc.constantFrom(...VIEWS),
    at: fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(route, (there) => {
      const { pathname, search } = new URL(addressOf(there), 'http://127.0.0.1');
      expect(routeOf(pathname, search)).toEqual(there);
    }),
  );
});
