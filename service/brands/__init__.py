"""Brands: what a community calls itself on its pages and papers, in its colour, under its mark (一社区一品牌)."""
