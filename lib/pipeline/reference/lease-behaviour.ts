/** What the lease of an environment does, for docs/pipeline-file.md. */
export const LEASE_BEHAVIOUR = `One deployment at a time changes an environment: the one that holds its **lease**. \`lease\` says what another one does that
comes meanwhile:

| \`lease\` | what it does |
|---|---|
| \`queue\` | It waits at \`acquire-<environment>\`, behind those that came before, whatever their pipeline. The progress of \`deploy\`, \`nonevent status\` and the page say who holds the lease and who comes first. |
| \`supersede\` | As \`queue\`; but of the waiting deployments of one pipeline only the one that was asked for last goes on, and the others end as superseded (exit 7). The one that holds the lease is never touched. |
| \`reject\` | It fails at once (exit 6). |

It waits for \`leaseTimeout\` at most and ends as timed out then (exit 3). It looks 720 times at
most: every five seconds with the timeout of an hour, every second with one of up to twelve minutes. \`nonevent stop\` takes a waiting deployment out of the queue. Nothing has been changed in that
environment until it has the lease; the leases of environments that it changed before stay its own meanwhile. Two pipelines that lease the same two
environments in different orders may wait for each other until one times out: write the environments in the same order.

A rollback waits for nobody: it takes a free lease before those who wait, and is refused while another deployment holds it. Nobody waits for a
deployment that is stuck either: it keeps the lease until \`nonevent unlock\` frees it. What a deployment that has ended still holds, or a place in the
queue that belongs to nobody any more, is taken away by whoever comes next or by the reconciliation.`;
