#!/usr/bin/env bash
# One worker a GPU of this host, each with one cell at a time, and one more for cells of the processor.
#
#   GPUS=4 bash docs/scaling/gpus.sh harness run mlp-device-timing --profile full
#
# The command is given --cluster with the address of the scheduler; everything ends with it.
set -euo pipefail
GPUS=${GPUS:-$(nvidia-smi --list-gpus | wc -l)}
FOLDER=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$FOLDER"' EXIT

dask scheduler --host 127.0.0.1 --port 0 --no-dashboard --scheduler-file "$FOLDER/scheduler.json" &
until [ -s "$FOLDER/scheduler.json" ]; do sleep 0.2; done
ADDRESS=$(python -c 'import json, sys; print(json.load(open(sys.argv[1]))["address"])' "$FOLDER/scheduler.json")

for ((gpu = 0; gpu < GPUS; gpu++)); do
    CUDA_VISIBLE_DEVICES=$gpu dask worker "$ADDRESS" --nthreads 1 --resources CUDA=1 \
        --memory-limit 0 --no-dashboard --local-directory "$FOLDER" --name "gpu-$gpu" &
done
dask worker "$ADDRESS" --nthreads 1 --memory-limit 0 --no-dashboard \
    --local-directory "$FOLDER" --name processor &

"$@" --cluster "$ADDRESS"
