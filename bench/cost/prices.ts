/**
 * What AWS asks in us-east-1, in dollars, without free tiers and volume discounts, as published in 2026. `source` is where to look whether it
 * still does.
 */
export const PRICES = {
  transition: { dollars: 0.025 / 1_000, source: 'https://aws.amazon.com/step-functions/pricing/' },
  writeUnit: { dollars: 0.625 / 1_000_000, source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/' },
  readUnit: { dollars: 0.125 / 1_000_000, source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/' },
  invocation: { dollars: 0.2 / 1_000_000, source: 'https://aws.amazon.com/lambda/pricing/' },
  gigabyteSecond: { dollars: 0.000_013_333_4, source: 'https://aws.amazon.com/lambda/pricing/ (arm64)' },
  event: { dollars: 1 / 1_000_000, source: 'https://aws.amazon.com/eventbridge/pricing/' },
} as const;

export type Usage = Readonly<Record<keyof typeof PRICES, number>>;

/** What each part of a usage costs, in dollars. */
export function dollarsOf(usage: Usage): Usage {
  const priced = Object.entries(PRICES).map(([name, { dollars }]) => [
    name,
    usage[name as keyof Usage] * dollars,
  ]);
  return Object.fromEntries(priced);
}
