"""What a source tree is: language, build files, builder image. Pure over a Tree."""
