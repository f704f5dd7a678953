# A check that waits until it may go on, and with $DEAF for nothing else. Its parent knows that it runs from the file it makes.
[ -z "$DEAF" ] || trap '' TERM
echo $$ >"$ROOT/pid-$NONEVENT_STAGE-$NONEVENT_VERSION-$NONEVENT_ATTEMPT"
mv "$ROOT/pid-$NONEVENT_STAGE-$NONEVENT_VERSION-$NONEVENT_ATTEMPT" "$ROOT/waiting-$NONEVENT_STAGE-$NONEVENT_VERSION-$NONEVENT_ATTEMPT"
while [ ! -e "$ROOT/go-$NONEVENT_STAGE" ]; do sleep 0.02; done
