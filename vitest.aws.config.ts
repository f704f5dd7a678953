import { defineConfig } from 'vitest/config';

/** A throw-away stack in an AWS account: `NONEVENT_TEST_AWS=yes npm run test:aws`. It takes about half an hour. */
export default defineConfig({
  test: {
    include: ['test/account/**/*.account.ts'],
    testTimeout: 30 * 60_000,
    hookTimeout: 30 * 60_000,
  },
});
