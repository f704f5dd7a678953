import { CHECKED, type CodePage } from '../codes/page.ts';
import type { Expanded, PlacedStage } from '../expand.ts';
import type { MigrateStage } from '../kinds/migrate.ts';
import { declaredFor, declaredInWords } from '../schemas.ts';
import type { Lint, LintFinding } from './lint.ts';

const DECLARED = CHECKED.replace('environments:', 'schemas: { main: [2] }\nenvironments:');
const EXPAND = `  - name: add-column
    kind: migrate
    phase: expand
    from: 1
    to: 2
    run: ./schema add-column
    undo: ./schema drop-column
`;
const ROLLOUT = '  - { name: rollout, kind: blueGreen }\n';

const page: CodePage = {
  title: 'the release does not run on the schema that it meets',
  explanation:
    'Where a release is placed, the schema is as the migrations before it leave it; what comes later is not there yet. And what a contract leaves is what its own release has to run on.',
  wrong: `${DECLARED}${ROLLOUT}${EXPAND}`,
  right: `${DECLARED}${EXPAND}${ROLLOUT}`,
};

/** A release runs on what it meets where it is placed, and on what its own contract leaves. */
export const schemasServed: Lint = {
  code: 'NE333',
  severity: 'error',
  page,
  find: (expanded) => expanded.placed.flatMap((at, index) => findingsAt(at, index, expanded)),
};

function findingsAt({ stage, path }: PlacedStage, index: number, expanded: Expanded): readonly LintFinding[] {
  const { pipeline, placed } = expanded;
  if (stage.kind !== 'place') return [];
  const migrations = placed.flatMap((other, place) =>
    other.stage.kind === 'migrate' && other.stage.environment === stage.environment
      ? [{ migration: other.stage, isBefore: place < index, at: other.path }]
      : [],
  );
  const schemas = [...new Set(migrations.map(({ migration }) => migration.schema))];
  return schemas.flatMap((schema) => {
    const declared = declaredFor(pipeline.schemas, schema);
    if (declared === undefined || declared === 'none') return [];
    const own = migrations.filter(({ migration }) => migration.schema === schema);
    const newest = newestBefore(own);
    const contract = own.find(({ migration }) => migration.phase === 'contract');
    const words = `the release ${declaredInWords(declared, schema)}`;
    const findings: LintFinding[] = [];
    if (declared.every((version) => version > newest)) {
      const message = `${words}, but where ${stage.name} comes the newest version is ${newest}`;
      findings.push({ path, field: 'kind', message, hint: 'put the migration before it' });
    }
    if (contract !== undefined && !declared.includes(contract.migration.to)) {
      const { name, to } = contract.migration;
      const message = `${words}, but the contract ${name} leaves only version ${to}`;
      findings.push({
        path: contract.at,
        field: 'to',
        message,
        hint: `declare ${to} too, once the release runs on it`,
      });
    }
    return findings;
  });
}

/** Before the first migration the schema is at the version that it begins at. */
function newestBefore(
  own: readonly { readonly migration: MigrateStage; readonly isBefore: boolean }[],
): number {
  return own.findLast(({ isBefore }) => isBefore)?.migration.to ?? own[0]?.migration.from ?? 0;
}
