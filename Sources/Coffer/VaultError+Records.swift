internal import CofferRecords

extension VaultError {
    internal static func from(_ error: RecordsError) -> VaultError {
        switch error {
        case .noCollection(let name):
            return VaultError(
                .noCollection,
                "there is no collection \(name); the ones there are: coffer schema list")
        case .noField(let collection, let field):
            return VaultError(.usage, "the schema of \(collection) names no field \(field)")
        case .noRecord(let collection):
            return VaultError(.noRecord, "there is no such record in \(collection)")
        case .versionConflict(let collection, let id, let current):
            return VaultError(
                .versionConflict,
                "\(collection) \(id) is at version \(current) by now; read it again")
        case .exists(let collection, let id):
            return VaultError(.exists, "\(collection) \(id) exists already")
        case .notUnique(let collection, let field):
            return VaultError(
                .notUnique, "another record of \(collection) has the same \(field)")
        case .invalid(let collection, let problems):
            // A problem of one field begins with its pointer; a rule's is a sentence.
            let lines = problems.map { problem in
                problem.hasPrefix("/") ? collection + problem : "\(collection): \(problem)"
            }
            return VaultError(.invalid, lines.joined(separator: "\n"))
        case .brokenReferences(let broken):
            let lines = broken.map {
                "\($0.collection) \($0.id): \($0.field) leads to no record of \($0.target)"
            }
            return VaultError(
                .brokenReference, "nothing was written:\n" + lines.joined(separator: "\n"))
        case .restricted(let collection, let by, let field, let count):
            return VaultError(
                .referenced,
                "\(count) of \(by) refer to this record of \(collection) in \(field); "
                    + "change or remove them first")
        case .damaged(let collection, let rid, let id, let what):
            let name = id.map { "\($0)" } ?? "row \(rid)"
            return VaultError(
                .damaged, "\(collection) \(name) does not verify: \(what); run: coffer check")
        case .incomplete(let collection):
            return VaultError(
                .damaged,
                "\(collection): records are missing, doubled or put back; run: coffer check")
        case .nothingToUndo(nil):
            return VaultError(.nothingToUndo, "there is no change that could be undone")
        case .nothingToUndo(let collection?):
            return VaultError(
                .nothingToUndo,
                "\(collection): the version before the last change is no longer kept")
        case .schema(let what): return VaultError(.invalid, "schema: \(what)")
        }
    }
}
