import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ID, STORY } from '../cli/sample-deployment.ts';
import { type Dynalite, startDynalite } from '../contract/dynalite.ts';
import { type ServedPage, servePage } from '../local/page/serve-page.ts';

const STREAM = `deployment#${ID}` as const;
const DEEP_LINK = `/deployments/${ID}?view=log&at=9`;

let dynalite: Dynalite;
let browser: Browser;
let served: ServedPage;
let context: BrowserContext;
let page: Page;
/** What the browser asked for elsewhere, refused to do or reported. Each test ends with none. */
let troubles: string[];

beforeAll(async () => {
  dynalite = await startDynalite();
  browser = await chromium.launch({
    executablePath: process.env.NONEVENT_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  });
});
afterAll(async () => {
  await browser?.close();
  await dynalite.stop();
});

beforeEach(async () => {
  served = await servePage(dynalite);
  context = await browser.newContext();
  page = await context.newPage();
  troubles = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  // Policy violations are told on the console.
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  page.on('request', (asked) => asked.url().startsWith(served.page.url) || troubles.push(asked.url()));
});
afterEach(async () => {
  await context.close();
  await served.close();
  expect(troubles).toEqual([]);
});

async function open(path: string): Promise<void> {
  await page.goto(served.page.link);
  await page.getByText('● live').waitFor();
  if (path !== '/') await page.goto(new URL(path, served.page.url).href);
}

test('takes the token out of the address', async () => {
  await open('/');
  expect(page.url()).toBe(served.page.url);
  expect(await context.cookies()).toEqual([]);
});

test('shows what is recorded while it looks, without being asked', async () => {
  await served.record(STREAM, STORY.slice(0, 9));
  await open('/');
  await page.getByText('storefront 2.0.0: running rollout-smoke').waitFor();
  await served.record(STREAM, STORY.slice(9));
  await page.getByText('storefront 2.0.0: rollout-smoke was rejected').waitFor();
});

test('a deep link leads to the moment and the view that it names', async () => {
  await served.record(STREAM, STORY);
  await open(DEEP_LINK);
  await page.getByText('Looking back: commit 9 of 13').waitFor();
  expect(await page.getByRole('link', { name: 'Log' }).getAttribute('aria-current')).toBe('page');
  await page.locator('.graph .active', { hasText: 'rollout-smoke' }).waitFor();
});

test('the keyboard moves through time, and the picture, the table and the address follow', async () => {
  await served.record(STREAM, STORY);
  await open(`/deployments/${ID}`);
  await page.getByRole('slider', { name: 'Commit' }).focus();
  for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key);
  await page.getByText('Looking back: commit 10 of 13').waitFor();
  await page.locator('.graph .active', { hasText: 'undo rollout-place' }).waitFor();
  await page.locator('.states [aria-current=step]', { hasText: 'undo rollout-place' }).waitFor();
  await page.waitForURL(/at=10$/);
  await page.keyboard.press('End');
  await page.getByText('As it is now: commit 13 of 13').waitFor();
});

test('holds no connection while nobody sees it, and then asks for what it missed only', async () => {
  await served.record(STREAM, STORY.slice(0, 9));
  await open(`/deployments/${ID}`);
  await page.getByText('commit 9 of 9').waitFor();
  const ended = page.waitForEvent('requestfailed', (asked) => asked.url().includes('/api/live'));
  await becomeVisible(false);
  await ended;
  await served.record(STREAM, STORY.slice(9));
  const resumed = page.waitForRequest((asked) => asked.url().includes('/api/live'));
  await becomeVisible(true);
  expect((await resumed).headers()['last-event-id']).toBe('9');
  await page.getByText('commit 13 of 13').waitFor();
});

/** As switching between tabs does, which a browser without a window has none of. */
function becomeVisible(visible: boolean): Promise<void> {
  return page.evaluate(
    (state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    },
    visible ? 'visible' : 'hidden',
  );
}

test('stopping asks first, wants a reason, and records it', async () => {
  await served.record(STREAM, STORY.slice(0, 9));
  await open(`/deployments/${ID}`);
  await page.getByRole('button', { name: 'Stop …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Stop storefront 2.0.0?' });
  expect(await dialog.getByRole('button', { name: 'Stop it' }).isDisabled()).toBe(true);
  await dialog.getByRole('textbox').fill('wrong release');
  await dialog.getByRole('button', { name: 'Stop it' }).click();
  await page.getByRole('button', { name: 'Stop requested' }).waitFor();
  const { commits } = await served.store.load(STREAM);
  expect(commits.at(-1)?.events[0]?.data).toEqual({ actor: 'ada', reason: 'wrong release' });
});

test('a token of an earlier start shows which link to open', async () => {
  await open('/');
  await served.restart();
  await page.reload();
  await page.getByRole('heading', { name: 'Open the link of this start' }).waitFor();
  troubles = troubles.filter((trouble) => !trouble.includes('403'));
});

test.each(['light', 'dark'] as const)('is no wider than a narrow window, in %s', async (colorScheme) => {
  await served.record(STREAM, STORY);
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 360, height: 800 });
  for (const path of ['/', `/deployments/${ID}`, `/deployments/${ID}?view=timeline`, DEEP_LINK]) {
    await open(path);
    await page.locator('.answers').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  }
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
});
