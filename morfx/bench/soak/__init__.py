"""The soak: customers write while everything fails and processes are killed; then all is judged.

`bin/bench soak [--minutes 10] [--json FILE]`. A whole `bin/dev` of its own with three workspaces on
three sellers' dialects, a simulated WhatsApp and a Messages API that fail in every way they know.
`world` starts it, `customers`, `people` and `trouble` use it, `weather` and `killer` harm it,
`quiet` waits for its end, `evidence` collects what is on both sides, the `judge_…` modules compare.
"""
