/* An installer that takes as long as the test wants: until C:\go is there. */
#include <windows.h>

int WINAPI wWinMain(HINSTANCE instance, HINSTANCE before, PWSTR line, int show)
{
    (void)instance, (void)before, (void)line, (void)show;
    CreateDirectoryW(L"C:\\Fleet", NULL);
    CloseHandle(CreateFileW(L"C:\\Fleet\\waits.txt", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
    while (GetFileAttributesW(L"C:\\go") == INVALID_FILE_ATTRIBUTES) Sleep(20);
    CloseHandle(CreateFileW(L"C:\\Fleet\\waited.txt", GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL));
    return 0;
}
