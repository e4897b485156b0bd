/* Croissant metadata: JSON-LD in any of its forms. */
#include "import_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return import_input(data, size, "croissant");
}
