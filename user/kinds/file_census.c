/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The census of a mapped file that has no name any more.
 *
 * To reach its memory one needs an open file description of it, as a descriptor
 * or behind a mapping. The kernel counts in three steps, and each must agree:
 * the file (struct inode, i_count) has one reference for each name that is still
 * in use although it was deleted; such a name (struct dentry, d_lockref) has one
 * for each description that was opened by it; and a description (struct file,
 * f_count) has one for each descriptor and each mapping. Whoever was not found,
 * a descriptor in flight over a socket and one of a process that cannot be read
 * included, is a reference too many. (include/linux/fs.h, include/linux/dcache.h;
 * fork() and mmap() take a reference for each mapping: mm/mmap.c.)
 *
 * While the file has a name, tmpfs keeps references of its own for it, and
 * others may come by it at any time: then nothing is counted here.
 */
#include "kinds/file_census.h"

#include <stdlib.h>

#include "core/cleanup.h"

/* One reference that was found to a description. */
struct reference {
	uint64_t description;
	uint64_t dentry; /* 0: a descriptor, which does not tell */
	uint64_t table;	 /* of a descriptor; 0: a mapping */
	int32_t fd;
	uint32_t refs; /* what the kernel counts */
	uint32_t dentry_refs;
};

static int reference_compare(const void *a, const void *b)
{
	const struct reference *x = a, *y = b;

	if (x->dentry != y->dentry)
		return x->dentry < y->dentry ? -1 : 1;
	if (x->description != y->description)
		return x->description < y->description ? -1 : 1;
	if (x->table != y->table)
		return x->table < y->table ? -1 : 1;
	return x->fd < y->fd ? -1 : x->fd > y->fd;
}

static size_t add_mappings(const struct answer *mappers, struct reference *references)
{
	const struct mapping *mappings = mappers->items;
	size_t count = 0;

	for (uint32_t i = 0; i < mappers->count; i++)
		if (mappings[i].start < mappings[i].end)
			references[count++] = (struct reference){
				.description = mappings[i].description,
				.dentry = mappings[i].dentry,
				.refs = mappings[i].refs,
				.dentry_refs = mappings[i].dentry_refs,
			};
	return count;
}

/* A descriptor's name is that of a mapping of the same description. */
static size_t add_descriptors(const struct answer *holders, const struct reference *mappings,
			      size_t mapping_count, struct reference *references)
{
	const struct open_file *files = holders->items;

	for (uint32_t i = 0; i < holders->count; i++) {
		struct reference *reference = &references[i];

		*reference = (struct reference){ .description = files[i].description,
						 .table = files[i].table,
						 .fd = files[i].fd,
						 .refs = files[i].refs };
		for (size_t m = 0; m < mapping_count && !reference->dentry; m++) {
			if (mappings[m].description != reference->description)
				continue;
			reference->dentry = mappings[m].dentry;
			reference->dentry_refs = mappings[m].dentry_refs;
		}
	}
	return holders->count;
}

/* The references of one description stand together: as many as it counts? Steps over them. */
static bool description_is_whole(const struct reference *references, size_t count, size_t *at)
{
	const struct reference *first = &references[*at];
	uint32_t found = 0;

	for (; *at < count && references[*at].description == first->description; (*at)++) {
		const struct reference *here = &references[*at];

		/* two processes that share a descriptor table show each descriptor twice */
		if (here == first || !here->table || reference_compare(here - 1, here))
			found++;
	}
	return found == first->refs;
}

static bool references_are_whole(const struct reference *references, size_t count,
				 uint32_t inode_refs)
{
	uint32_t names = 0;

	for (size_t i = 0; i < count;) {
		const struct reference *first = &references[i];
		uint32_t descriptions = 0;

		for (; i < count && references[i].dentry == first->dentry; descriptions++)
			if (!description_is_whole(references, count, &i))
				return false;
		if (descriptions != first->dentry_refs)
			return false;
		names++;
	}
	return names == inode_refs;
}

enum file_census file_census_take(const struct kind_context *context, uint32_t dev, uint64_t inode,
				  const struct answer *mappers)
{
	const struct mapping *first = mappers->items;
	struct answer holders;

	if (!mappers->count || !first->inode_refs || first->nlink)
		return FILE_NOT_COUNTED;
	if (probe_holders(context->probe, dev, inode, &holders))
		return FILE_NOT_COUNTED;

	_cleanup_free_ struct reference *references =
		malloc((mappers->count + holders.count) * sizeof(*references));

	if (!references)
		return FILE_NOT_COUNTED;

	size_t count = add_mappings(mappers, references);

	count += add_descriptors(&holders, references, count, references + count);
	qsort(references, count, sizeof(*references), reference_compare);
	return references_are_whole(references, count, first->inode_refs) ? FILE_COUNTED
									  : FILE_MISCOUNTED;
}
