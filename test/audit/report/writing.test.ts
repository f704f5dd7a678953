import { describe, expect, it, test } from 'vitest';
import { reportAsCsv } from '../../../lib/audit/report/csv.ts';
import { reportAsHtml } from '../../../lib/audit/report/html.ts';
import { ARTIFACT, RECORD, REPORT, TESTS } from './sample-report.ts';

const HOSTILE = '<script>alert("1")</script>\u202e\u0007\u001b[31m&\'';
const hostile = {
  ...REPORT,
  deployments: [
    {
      ...RECORD,
      release: { version: HOSTILE, artifact: ARTIFACT },
      trigger: { id: HOSTILE, source: HOSTILE, actor: HOSTILE },
      reason: HOSTILE,
      stop: { actor: HOSTILE, reason: HOSTILE },
      questions: [{ ...TESTS, question: HOSTILE, expected: HOSTILE, observed: HOSTILE, evidence: HOSTILE }],
      undone: [{ stage: 'place', at: RECORD.requestedAt, failed: HOSTILE }],
    },
  ],
};

describe('the page', () => {
  test('of a deployment', () => {
    const html = reportAsHtml(REPORT);
    expect(html.slice(html.indexOf('<section class="deployment">'))).toBe(`<section class="deployment">
<h3 id="1111111111111111aaaa">storefront 1.0.0: succeeded</h3>
<dl><dt>Deployment</dt><dd>1111111111111111aaaa</dd><dt>Release</dt><dd>1.0.0, artifact ${ARTIFACT}</dd><dt>Asked for by</dt><dd>ada, through cli, as push-1</dd><dt>Environments</dt><dd>production</dd><dt>Times</dt><dd>requested 2026-11-23 04:00:00Z, ended 2026-11-23 04:00:05Z after 5.0s</dd><dt>Sealed</dt><dd>by seal#1 of 2026-11-23T05:00:00.000Z</dd></dl>
<table>
<thead><tr><th scope="col">Stage</th><th scope="col">Question</th><th scope="col">Expected</th><th scope="col">Observed</th><th scope="col">Verdict</th></tr></thead>
<tbody>
<tr><th scope="row">unit-tests<small>command, enforcing</small></th><td>Do the tests pass?</td><td>exit code 0</td><td>exit code 0; no output<code>{&quot;exitCode&quot;:0}</code></td><td>pass<small>passed</small></td></tr>
</tbody>
</table>
<p>Nothing was undone.</p>

</section>
</body>
</html>
`);
  });

  it('says what it is about, and the controls first', () => {
    const html = reportAsHtml(REPORT);
    expect(html).toContain(
      '<p>Made 2026-11-23 06:00:00Z. Deployments to environment production since 2026-11-01 00:00:00Z.</p>',
    );
    expect(html).toContain(
      '<section class="control attention">\n<h3>1. Who may deploy, and who did? <span class="tone">! look at this</span></h3>',
    );
    expect(html.indexOf('Is the record intact?')).toBeLessThan(html.indexOf('<h2>Deployments</h2>'));
  });

  it('holds no script and nothing from outside, whatever was recorded', () => {
    const html = reportAsHtml(hostile);
    expect(html).not.toMatch(/<script|<link|<img|<iframe|https?:|url\(|@import|\son\w+=/);
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    expect(html).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  });
});

describe('the CSV', () => {
  it('has a row for each deployment and each question', () => {
    const lines = reportAsCsv(REPORT).split('\r\n');
    expect(lines[0]).toBe(
      'record,deployment,kind,pipeline,environments,release,commit,actor,trigger,requested,ended,ending,seal,stage,mode,question,expected,observed,verdict,at,detail',
    );
    expect(lines.slice(-3)).toEqual([
      'deployment,1111111111111111aaaa,forward,storefront,production,1.0.0,,ada,cli push-1,2026-11-23T04:00:00.000Z,2026-11-23T04:00:05.000Z,succeeded,seal#1 of 2026-11-23T05:00:00.000Z,,,,,,,,',
      'question,1111111111111111aaaa,,,,,,,,,,,,unit-tests,enforcing,Do the tests pass?,exit code 0,exit code 0; no output,pass,2026-11-23T04:00:02.000Z,"{""exitCode"":0}"',
      '',
    ]);
    expect(lines.filter((line) => line.startsWith('control,'))).toHaveLength(5);
  });

  it.each([
    ['=1+1', `"'=1+1"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"' =1"`],
    [' =1', `"' =1"`],
    ['\u202e=1', `"'=1"`],
    ['1=1', '1=1'],
    ['say "no", then\nstop', '"say ""no"", then\nstop"'],
  ])('writes %j as %s', (actor, cell) => {
    const trigger = { ...RECORD.trigger, actor };
    const csv = reportAsCsv({ ...REPORT, deployments: [{ ...RECORD, trigger }] });
    expect(csv).toContain(`,1.0.0,,${cell},cli push-1,`);
  });
});
