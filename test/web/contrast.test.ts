import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const text = readFileSync(new URL('../../web/styles/colours.css', import.meta.url), 'utf8');
const colours = new Map(
  [...text.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }] as const,
  ),
);

/** Source: WCAG 2.2, relative luminance and contrast ratio. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((from) => {
    const part = Number.parseInt(colour.slice(from, from + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

type Pair = readonly [ink: string, ground: string, least: number];

const TEXT_ON_GROUND: readonly Pair[] = [
  ...['ink', 'dim', 'active', 'good', 'warning', 'bad'].flatMap((ink): readonly Pair[] => [
    [ink, 'ground', 4.5],
    [ink, 'raised', 4.5],
  ]),
  ['ink', 'active-ground', 4.5],
  ['active', 'active-ground', 4.5],
  ['good', 'active-ground', 4.5],
  ['warning', 'active-ground', 4.5],
  ['bad', 'active-ground', 4.5],
  ['dim', 'active-ground', 4.5],
  ['ink', 'bad-ground', 4.5],
  ['bad', 'bad-ground', 4.5],
  ['ink', 'warning-ground', 4.5],
  ['dim', 'warning-ground', 4.5],
  ['warning', 'warning-ground', 4.5],
  // Edges of what can be pressed, and the marks of a timeline.
  ['strong-line', 'ground', 3],
  ['strong-line', 'raised', 3],
];

test.each(TEXT_ON_GROUND)('%s on %s has a contrast of at least %d in both schemes', (ink, ground, least) => {
  for (const scheme of ['light', 'dark'] as const) {
    const [one, other] = [colours.get(ink)?.[scheme], colours.get(ground)?.[scheme]];
    expect(contrast(one ?? 'no colour', other ?? 'no colour')).toBeGreaterThanOrEqual(least);
  }
});
