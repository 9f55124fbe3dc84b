"""The pages of the lab, a folder a chapter, a file a page. `../README.md` tells how to add one."""
