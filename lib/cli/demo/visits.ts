/**
 * What visitors of the storefront ask for, to be repeated without end. Every path exists in every release.
 *
 * There are 17 of them, a prime: however the router deals requests out, such as every tenth one to a canary, each
 * revision comes to see every path.
 */
export const VISITS: readonly string[] = [
  '/',
  '/products/teapot',
  '/products',
  '/products/honey',
  '/products/moka-pot',
  '/',
  '/products/tea-cup',
  '/products/gift-card',
  '/products/grinder',
  '/?q=tea',
  '/products/green-tea',
  '/products/honey',
  '/products?q=cup',
  '/products/espresso-cup',
  '/products/teapot',
  '/products/gift-card',
  '/products/grinder',
];
