"""Runs a program in a terminal of its own, types what it is told to, and says how it left the terminal.

usage: in_a_terminal.py STEPS PROGRAM ARGUMENTS...
STEPS is JSON: a list of [text to wait for, text to type] or [text to wait for, {"signal": number}].
Prints JSON: {"code": exit code, "screen": all that was written, "restored": are the modes as they were}.
"""
import fcntl, json, os, pty, select, struct, sys, termios

steps, program = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(program[0], program)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 100, 0, 0))
before, written, waiting = termios.tcgetattr(terminal), '', 0
while True:
    ready, _, _ = select.select([terminal], [], [], 30)
    try:
        chunk = os.read(terminal, 65536) if ready else b''
    except OSError:
        chunk = b''
    if not chunk:
        break
    written += chunk.decode('utf8', 'replace')
    if steps and steps[0][0] in written[waiting:]:
        waiting, act = len(written), steps.pop(0)[1]
        if isinstance(act, dict):
            os.kill(pid, act['signal'])
        else:
            os.write(terminal, act.encode())
    after = termios.tcgetattr(terminal)
_, status = os.waitpid(pid, 0)
code = os.waitstatus_to_exitcode(status)
print(json.dumps({'code': code, 'screen': written, 'restored': before == after}))
