/* bcryptprimitives.dll for wine 8, which has none: Rust's standard library takes its seeds from ProcessPrng, and a program whose
 * import is missing ends with code 53 and no word. For tests only; every Windows since 8 has its own.
 *
 * SystemFunction036 is RtlGenRandom of advapi32 by its exported name. */
#include <windows.h>

BOOLEAN WINAPI SystemFunction036(PVOID bytes, ULONG count);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count)
{
    return SystemFunction036(bytes, (ULONG)count);
}
