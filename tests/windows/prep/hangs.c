/* An installer that asks for somebody who is not there: it opens a window, and waits whatever comes of it. Its child would write a
 * file after some seconds: where the file is never there, the child was ended too. */
#include <windows.h>

int WINAPI wWinMain(HINSTANCE instance, HINSTANCE before, PWSTR line, int show)
{
    (void)instance, (void)before, (void)show;
    if (lstrcmpW(line, L"child") == 0) {
        Sleep(4000);
        CloseHandle(CreateFileW(L"C:\\the-child-went-on", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
        return 0;
    }
    WCHAR own[MAX_PATH], command[MAX_PATH + 16];
    GetModuleFileNameW(NULL, own, MAX_PATH);
    wsprintfW(command, L"\"%s\" child", own);
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION child;
    CreateProcessW(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &child);
    CloseHandle(CreateFileW(L"C:\\the-installer-began", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
    MessageBoxW(NULL, L"Next >", L"Setup", MB_OK);
    Sleep(INFINITE);
    return 0;
}
