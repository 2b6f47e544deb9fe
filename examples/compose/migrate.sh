#!/bin/sh
# Brings the schema to the release, on the way forward alone.
set -eu
[ "$KNOWNGOOD_DIRECTION" = forward ] || exit 0
ssh shop-prod "cd /opt/shop-prod && IMAGE_TAG=$KNOWNGOOD_TO docker compose run --rm --no-deps app alembic upgrade head"
