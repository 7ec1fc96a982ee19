internal import CofferBytes
internal import CofferCare
internal import CofferChunks

extension VaultError {
    internal static func from(_ error: FileError) -> VaultError {
        switch error {
        case .noFile(let name):
            VaultError(.noFile, "there is no file \(name); the ones there are: coffer file list")
        case .gone(let name):
            VaultError(
                .noFile,
                "\(name) was removed or replaced since it was opened, and its bytes are gone")
        case .exists(let name):
            VaultError(.exists, "there is a file \(name) already; remove or rename that one first")
        case .inTheWay(let name, let other):
            VaultError(
                .exists, "\(name) and \(other) cannot both be files: one would be a folder")
        case .damaged(let name): VaultError(damaged: "the file \(name)", filesAdvice)
        case .keysChanged:
            VaultError(.busy, "the keys of files were changed meanwhile; try again")
        case .sweptMeanwhile(let name):
            VaultError(
                .busy, "a part of \(name) that was there was swept meanwhile; add it again")
        case .cancelled: VaultError(.cancelled, "cancelled")
        }
    }

    internal static func from(_ error: ChunkError) -> VaultError {
        switch error {
        case .missing(let name):
            VaultError(damaged: "a part of a file (\(short(name))): it is missing", filesAdvice)
        case .damaged(let name, let what):
            VaultError(damaged: "a part of a file (\(short(name))): \(what)", filesAdvice)
        case .damagedPack(let number):
            VaultError(damaged: "the row of pack \(number)", filesAdvice)
        case .brokenPack(let id, let offset, let what):
            VaultError(
                damaged: "packs/\(id).pack, from byte \(offset) on: \(what)", filesAdvice)
        case .keysChanged: from(FileError.keysChanged)
        case .noRoom(let needed):
            VaultError(
                .full,
                "the disk is too full to move what packs still hold: \(needed >> 10) KiB of room "
                    + "are needed; what was moved before stays so")
        case .disk(let error): from(error)
        }
    }

    private static let filesAdvice = "see which files it touches with: coffer check --files"

    private static func short(_ name: [UInt8]) -> String { Hex.encode(Array(name.prefix(6))) }
}
