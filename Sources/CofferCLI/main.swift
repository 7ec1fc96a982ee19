import CofferCommand
import Glibc

exit(unsafe Program.run(CommandLine.argc, CommandLine.unsafeArgv))
