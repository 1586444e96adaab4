"""One program in a root file system, by runc itself: no daemon, no second start.

`buildah run` costs 0.2 s before the program starts, 0.4 s with a bridged network; runc alone needs
0.03 s. What is here is what lies between: the runtime's configuration (`configuration`), the system
call filter (`seccomp`), a network of its own without rules on the host (`network`), and the run
(`runner`).
"""
