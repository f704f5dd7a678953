# A change whose effect is the content of a file. Harmless when run twice; $ROOT/log tells calls and effects apart.
now="$(cat "$ROOT/state-$NONEVENT_STAGE" 2>/dev/null)"
wanted="$NONEVENT_VERSION"
[ "$1" = undo ] && wanted="$NONEVENT_CAPTURE"
echo "$1 $NONEVENT_STAGE called" >>"$ROOT/log"
if [ "$now" != "$wanted" ]; then
  echo "$wanted" >"$ROOT/state-$NONEVENT_STAGE"
  echo "$1 $NONEVENT_STAGE effective" >>"$ROOT/log"
fi
# More than a pipe that nobody reads takes, and little enough to end nevertheless.
[ -z "$LOUD" ] || head -c 150000 /dev/zero | tr '\0' x
echo ended >>"$ROOT/log-$NONEVENT_STAGE-ended"
