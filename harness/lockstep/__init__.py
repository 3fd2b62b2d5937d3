"""Two processes that take turns: what either measures is measured beside the other.

A shared machine changes its speed from one tenth of a second to the next. Two *sides*, each a
fresh process, are alive together and take turns of a hundredth of a second, so that both run
through the same fast and slow moments. The regression gate compares two revisions of a project in
this way, the experiment ``speed`` two functions.

`process` starts a side and hears it, `turns` lets the sides take turns, `sample` has what they
gave, `agent` what runs inside of them.
"""
