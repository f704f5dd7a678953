import {
  type LambdaClient,
  paginateListAliases,
  paginateListVersionsByFunction,
} from '@aws-sdk/client-lambda';
import { z } from 'zod';
import type { LambdaAliasTarget } from '../../../pipeline/target-kinds/lambda-alias.ts';
import type { Revision, TargetState, Weights } from '../../target.ts';
import { readLabel } from '../label.ts';

/** A published version that this environment has placed. */
export type Version = { readonly version: string; readonly label: Revision };

/** The alias: shares of its versions in percent, and the id that a change of it is conditional on. */
export type Alias = { readonly revisionId: string; readonly primary: string; readonly shares: Weights };

export type FunctionState = {
  readonly versions: readonly Version[];
  readonly alias: Alias | undefined;
  /** Versions that other aliases lead to, with the name of one of these. */
  readonly held: ReadonlyMap<string, string>;
};

const versionAnswer = z.object({ Version: z.string(), Description: z.string().optional() });
const aliasAnswer = z.object({
  Name: z.string(),
  FunctionVersion: z.string(),
  RevisionId: z.string(),
  RoutingConfig: z
    .object({ AdditionalVersionWeights: z.record(z.string(), z.number().min(0).max(1)).optional() })
    .optional(),
});

/** Reads what is true of a function and its aliases. */
export async function readFunction(
  client: LambdaClient,
  environment: string,
  { function: FunctionName, alias: name }: LambdaAliasTarget,
): Promise<FunctionState> {
  const versions: Version[] = [];
  for await (const page of paginateListVersionsByFunction({ client }, { FunctionName })) {
    for (const found of z.array(versionAnswer).parse(page.Versions ?? [])) {
      const label = readLabel(environment, found.Description);
      if (label !== undefined && found.Version !== '$LATEST')
        versions.push({ version: found.Version, label });
    }
  }
  let alias: Alias | undefined;
  const held = new Map<string, string>();
  for await (const page of paginateListAliases({ client }, { FunctionName })) {
    for (const found of z.array(aliasAnswer).parse(page.Aliases ?? [])) {
      const shares = sharesOf(found);
      if (found.Name === name)
        alias = { revisionId: found.RevisionId, primary: found.FunctionVersion, shares };
      else for (const version of Object.keys(shares)) held.set(version, found.Name);
    }
  }
  return { versions, alias, held };
}

function sharesOf({ FunctionVersion, RoutingConfig }: z.output<typeof aliasAnswer>): Weights {
  const others = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {}).map(
    ([version, share]) => [version, percentOf(share)] as const,
  );
  const rest = others.reduce((left, [, percent]) => left - percent, 100);
  return { [FunctionVersion]: Number(rest.toFixed(6)), ...Object.fromEntries(others) };
}

/** Six digits, because a share of 0.07 is 7.000000000000001 percent. */
function percentOf(share: number): number {
  return Number((share * 100).toFixed(6));
}

/** What the port says of it. Versions that were not placed here appear while they have traffic, as `version-7`. */
export function targetState({ versions, alias, held }: FunctionState): TargetState {
  const shares = alias?.shares ?? {};
  const known = new Set(versions.map(({ version }) => version));
  const foreign = Object.keys(shares).filter((version) => !known.has(version));
  return {
    revisions: [
      ...versions.map(({ version, label }) => {
        const other = held.get(version);
        return {
          revision: label.revision,
          running: true,
          restarts: 0,
          exits: 0,
          ...(other === undefined ? {} : { held: `the alias ${other} leads to it` }),
        };
      }),
      ...foreign.map((version) => ({ revision: foreignName(version), running: true, restarts: 0, exits: 0 })),
    ],
    weights: Object.fromEntries(
      Object.entries(shares).map(([version, percent]) => [nameOf(version, versions), percent]),
    ),
  };
}

/** The revision that a version is, by its label or by its number. */
export function nameOf(version: string, versions: readonly Version[]): string {
  return versions.find((known) => known.version === version)?.label.revision ?? foreignName(version);
}

function foreignName(version: string): string {
  return `version-${version === '$LATEST' ? 'latest' : version}`;
}

/** The version that a revision is; `undefined` where none is. */
export function versionOf(revision: string, versions: readonly Version[]): string | undefined {
  const known = versions.find(({ label }) => label.revision === revision)?.version;
  if (known !== undefined) return known;
  const foreign = /^version-(\d+|latest)$/.exec(revision)?.[1];
  return foreign === 'latest' ? '$LATEST' : foreign;
}
