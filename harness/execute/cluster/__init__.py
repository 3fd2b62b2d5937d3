"""Cells on the workers of a cluster, which `dask.distributed` connects.

On this side: `address` (what ``--cluster`` says; it also starts workers on this machine), `link`
(all that dask does here), `roster` (workers that were looked at), `backlog` (what is to run, in
loads), `dispatch` (who gets what), and `cluster`, which holds them together with the interface of
`harness.execute.machines`. On a worker: `hosts` (what dask calls there), whose processes are
`host`: a local pool each, on data held to ours. `messages` is what goes between,
and what must be equal on both sides.
"""
